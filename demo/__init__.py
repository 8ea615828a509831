"""The one place that knows both the kiosk and the outside world: starts them side by side and plays a visit.

Called by `./dev demo` and by the benches; imported by no package of the kiosk, and not in the wheel. It holds no rule
of the visit and no behaviour of a device: those are the kiosk's and the simulators'.
Why this is a room of its own: docs/decisions/0001-a-room-for-the-demo.md.
"""
