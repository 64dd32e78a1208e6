// The world that tests step is the simulation's own; a test that imports its helpers gets it too.
@_exported public import Simulation
