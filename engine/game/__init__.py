"""How games are written: behaviours, systems, events, coroutines, timers, tweens, and the schedule that runs them."""
