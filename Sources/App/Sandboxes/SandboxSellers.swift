import Threading

/// The sellers of a simulated marketplace: each gives Stripe what it wants soon after an account
/// was made for the shop.
final class SandboxSellers {
  private let stop = StopFlag()
  private let thread: WorkerThread

  init(_ stage: DemoStage) {
    let (stop, stripe) = (stop, stage.stripe)
    thread = WorkerThread(name: "sellers") {
      repeat { DemoStage.completeAccounts(stripe) } while !stop.wait(upToMs: 500)
    }
  }

  func stopAndJoin() {
    stop.raise()
    thread.join()
  }
}
