import Domain
import Engine
import Sandbox
import Store
import TestSupport
import Testing

@Suite struct SplitOrderHandlerTests {
  @Test("a captured, accepted order of a mapped shop is paid once, less commission")
  func paysOnce() throws {
    let world = try World()
    let account = try world.addShop()
    world.addOrder()
    let charge = world.pay()
    let process = try world.start()
    try process.run()
    try process.run()
    let transfers = world.stripe.transfers
    #expect(transfers.map(\.amount) == [90_00])
    #expect(transfers.first?.destination == account)
    #expect(transfers.first?.sourceTransaction == charge.charge)
    #expect(try process.transfer("O-1-A")?.status == .created)
    #expect(try process.transfer("O-1-A")?.transferID == transfers.first?.id)
  }
}
