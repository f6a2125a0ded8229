# SPDX-License-Identifier: MIT
# Cross-building for arm64: Debian's cross compiler with its own C library, and
# the other libraries from the unpacked root that `scripts/kernel rootfs arm64`
# makes in the cache.

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

if(DEFINED ENV{GPIOHUB_CACHE})
	set(gpiohub_root "$ENV{GPIOHUB_CACHE}/rootfs-arm64")
elseif(DEFINED ENV{XDG_CACHE_HOME})
	set(gpiohub_root "$ENV{XDG_CACHE_HOME}/gpiohub/rootfs-arm64")
else()
	set(gpiohub_root "$ENV{HOME}/.cache/gpiohub/rootfs-arm64")
endif()
if(NOT EXISTS "${gpiohub_root}/ready")
	message(FATAL_ERROR "${gpiohub_root} is not there: run scripts/kernel rootfs arm64")
endif()

set(CMAKE_FIND_ROOT_PATH "${gpiohub_root}" /usr/aarch64-linux-gnu)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

set(ENV{PKG_CONFIG_SYSROOT_DIR} "${gpiohub_root}")
set(ENV{PKG_CONFIG_LIBDIR}
	"${gpiohub_root}/usr/lib/aarch64-linux-gnu/pkgconfig:${gpiohub_root}/usr/share/pkgconfig")

# headers that are another's for each processor
set(CMAKE_CXX_FLAGS_INIT "-isystem ${gpiohub_root}/usr/include/aarch64-linux-gnu")

# the libraries' own libraries
set(CMAKE_EXE_LINKER_FLAGS_INIT
	"-L${gpiohub_root}/usr/lib/aarch64-linux-gnu -Wl,-rpath-link,${gpiohub_root}/usr/lib/aarch64-linux-gnu")
