import Glibc
import HTTPClient
import HTTPFormat
import Sandbox
import TestSupport
import Testing
import Threading

@Suite struct RunTests {
  @Test("an unknown job is refused with the list of jobs, and nothing is made")
  func unknownJob() throws {
    let world = try World()
    let result = try world.run("run", "splitt")
    #expect(result.status != 0)
    #expect(result.output.contains("split"))
    #expect(access(world.folder.file("data.db"), F_OK) != 0)
  }

  @Test("the PHP console's name is the same job")
  func alias() throws {
    let world = try World()
    let result = try world.run("run", "connector:dispatch:process-transfer", "--json")
    #expect(result.status == 0)
    #expect(result.output.contains(#""job":"split""#))
  }

  @Test("an unusable configuration: not 0, every problem named, no secret shown (O3)")
  func badConfiguration() throws {
    let world = try World()
    let changes: [String: String?] = [
      "MIRAKL_API_KEY": nil, "WORKERS": "many", "STRIPE_CLIENT_SECRET": "",
      "DATABASE_URL": "mysql://root:hunter2@db/x",
    ]
    for arguments in [["run", "split"], ["serve"], ["migrate"]] {
      let process = world.start(arguments, changes)
      let status = try #require(process.exitStatus(within: 10_000))
      #expect(status != 0)
      for name in ["MIRAKL_API_KEY", "WORKERS", "STRIPE_CLIENT_SECRET", "DATABASE_URL"] {
        #expect(process.output.contains(name))
      }
      #expect(!process.output.contains("hunter2"))
      #expect(!process.output.contains(World.password))
    }
  }

  @Test("Mirakl not answering at all: not 0, with the reason")
  func miraklDown() throws {
    let world = try World()
    let closed = "http://127.0.0.1:1"
    let result = try world.run("run", "split", changes: ["MIRAKL_HOST_NAME": closed])
    #expect(result.status != 0)
    #expect(result.output.contains("GET /api/orders"))
  }

  @Test("Mirakl refusing the key: not 0, and the key is not shown (Q8, O3)")
  func miraklRefusesKey() throws {
    let world = try World()
    let result = try world.run("run", "split", changes: ["MIRAKL_API_KEY": "wrong-key"])
    #expect(result.status != 0)
    #expect(!result.output.contains("wrong-key"))
  }

  @Test("a database of the other mode: not 0, and nothing is changed (X2)")
  func otherMode() throws {
    let world = try World()
    #expect(try world.run("run", "split").status == 0)
    let result = try world.run("run", "split", changes: ["STRIPE_CLIENT_SECRET": "sk_live_x"])
    #expect(result.status != 0)
    #expect(result.output.contains("STRIPE_CLIENT_SECRET is a live key"))
    #expect(!result.output.contains("sk_live_x"))
  }

  @Test("single items that fail: 0; the others are paid, and the next pass takes them up (Q7)")
  func singleFailures() throws {
    let world = try World()
    let server = try world.serve()
    _ = try world.openShop(1)
    let lame = try world.openShop(2)
    world.stripe.updateAccount(lame) { $0.transfersCapability = "inactive" }
    let orders = world.addOrders(3, shop: 1)
    world.charge("L", 100_00)
    world.mirakl.addOrder(
      SandboxOrder(
        id: "L-1", commercialID: "L", shopID: 2,
        lines: [.init(price: "100.00", commissionFee: "10.00")],
        customerDebitedMs: 1_764_000_000_000)
    )
    world.deliverWebhooks()
    #expect(try world.run("run", "split").status == 0)
    #expect(world.awaitTransfers(3))
    let held = try #require(world.rows()["L-1"])
    #expect(["TRANSFER_ON_HOLD", "TRANSFER_FAILED"].contains(held.status))
    #expect(held.statusReason?.contains("capabilities") == true)
    world.stripe.updateAccount(lame) { $0.transfersCapability = "active" }
    #expect(try world.run("run", "split").status == 0)
    #expect(world.awaitTransfers(4))
    #expect(world.wronglyPaid(orders + ["L-1"]) == [])
    withExtendedLifetime(server) {}
  }

  @Test("a run that was killed in the middle: the next one takes the order up at once (Q2)")
  func killedRun() throws {
    let world = try World()
    let server = try world.serve()
    _ = try world.openShop(1)
    let orders = world.addOrders(5, shop: 1)
    world.deliverWebhooks()
    server.signal(SIGTERM)
    #expect(server.exitStatus(within: 8_000) == 0)
    let victim = Monitor<ChildProcess?>(nil)
    world.setFront { request, stripe in
      guard request.method == "POST", let process = victim.withLock({ $0 }) else { return nil }
      _ = stripe(request)
      process.signal(SIGKILL)
      return .hangUp
    }
    let killed = ChildProcess(
      World.executable, ["run", "split"], environment: world.environment(),
      outputPath: world.folder.file("killed.log"))
    victim.withLock { $0 = killed }
    #expect(killed.exitStatus(within: 10_000) == 128 + SIGKILL)
    victim.withLock { $0 = nil }
    #expect(try world.run("run", "split").status == 0)
    #expect(world.wronglyPaid(orders) == [])
  }
}
