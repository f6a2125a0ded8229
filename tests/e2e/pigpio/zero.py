# SPDX-License-Identifier: MIT
"""gpiozero by its PiGPIOFactory."""
import threading
import time
import warnings

import pigpio

warnings.simplefilter("ignore")
from gpiozero import LED, PWMLED, Button, Servo, RotaryEncoder, DistanceSensor  # noqa: E402
from gpiozero.pins.pigpio import PiGPIOFactory  # noqa: E402

# The module takes what changed from the levels when it connected: at rest the encoder's
# switches are open.
pi = pigpio.pi("localhost")
for line in (20, 22):
    pi.write(line, 1)
factory = PiGPIOFactory("localhost")


def made(kind, *arguments, **options):
    return kind(*arguments, pin_factory=factory, **options)


led = made(LED, 4)
button = made(Button, 5, pull_up=None, active_state=True, bounce_time=0.002, hold_time=0.05)
pressed, released, held = threading.Event(), threading.Event(), threading.Event()
button.when_pressed, button.when_released, button.when_held = pressed.set, released.set, held.set
led.on()
assert pressed.wait(600)
assert button.is_pressed
assert held.wait(600)
led.off()
assert released.wait(600)
assert not button.is_pressed
button.close()
led.close()

dim = made(PWMLED, 6, frequency=100)
dim.value = 0.25
assert dim.is_lit and abs(dim.value - 0.25) < 0.01
dim.off()
assert not dim.is_lit
dim.close()

servo = made(Servo, 18)
servo.min()
servo.mid()
assert servo.value == 0
servo.detach()
servo.close()

a, b = made(LED, 20, initial_value=None), made(LED, 22, initial_value=None)
encoder = made(RotaryEncoder, 21, 23, max_steps=0)
turned = threading.Event()
encoder.when_rotated = lambda: encoder.steps in (5, -5) and turned.set()
# The encoder asks for the other line's level when it is told of one. This is called after it.
noticed = threading.Event()
for line in (21, 23):
    factory.connection.callback(line, pigpio.EITHER_EDGE, lambda *edge: noticed.set())
for _ in range(5):
    for one, other in ((0, 1), (0, 0), (1, 0), (1, 1)):
        noticed.clear()
        a.value, b.value = one, other
        assert noticed.wait(600), encoder.steps
assert turned.wait(600), encoder.steps
encoder.close()
a.close()
b.close()

# An echo of 100 us after each trigger is 1.7 cm.
echo = pi.callback(17, pigpio.FALLING_EDGE, lambda *edge: pi.gpio_trigger(12, 100, 1))
distance = made(DistanceSensor, echo=13, trigger=16, max_distance=2, queue_len=1)
for _ in range(20000):
    if distance.distance < 2:
        break
    time.sleep(0.01)
assert 0.016 < distance.distance < 0.023, distance.distance
echo.cancel()
distance.close()
factory.close()
