/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hubs that the device tree names; see packaging/devicetree/gpiohub,hub.yaml.
 */
#ifndef GPIOHUB_DEVICETREE_H
#define GPIOHUB_DEVICETREE_H

#include <linux/kconfig.h>

#if IS_ENABLED(CONFIG_OF_GPIO)
void gpiohub_devicetree_init(void);
void gpiohub_devicetree_exit(void);
#else
static inline void gpiohub_devicetree_init(void)
{
}

static inline void gpiohub_devicetree_exit(void)
{
}
#endif

#endif
