import Sandbox
import Testing

@Test("An account made through the API has to be onboarded first")
func createAccount() {
  let world = StripeWorld()
  let answer = world.call(
    "POST", "/v1/accounts",
    "type=express&settings[payouts][debit_negative_balances]=false"
      + "&settings[payouts][schedule][interval]=manual&metadata[miraklShopId]=2001"
      + "&capabilities[transfers][requested]=true&business_profile[name]=La+Petite+Boutique",
    key: "account:2001")
  #expect(answer.status == 200)
  #expect(answer["type"]?.text == "express")
  #expect(answer["metadata.miraklShopId"]?.text == "2001")
  #expect(answer["capabilities.transfers"]?.text == "inactive")
  #expect(answer["settings.payouts.schedule.interval"]?.text == "manual")
  #expect(answer["business_profile.name"]?.text == "La Petite Boutique")
  #expect(answer["details_submitted"]?.flag == false)
  #expect(answer["requirements.disabled_reason"]?.text == "requirements.past_due")
  let id = answer.id ?? ""
  #expect(world.call("GET", "/v1/accounts/\(id)").json == answer.json)
  world.stripe.updateAccount(id) { $0.finishOnboarding() }
  #expect(world.call("GET", "/v1/accounts/\(id)")["payouts_enabled"]?.flag == true)
}

@Test("Metadata merge: an empty value removes its key, an empty set removes all")
func metadata() {
  let world = StripeWorld()
  let id = world.stripe.createAccount(metadata: ["a": "1", "b": "2"])
  func update(_ form: String) -> Answer { world.call("POST", "/v1/accounts/\(id)", form) }
  #expect(update("metadata[c]=3&metadata[a]=")["metadata"] == ["b": "2", "c": "3"])
  #expect(update("metadata=")["metadata"] == [:])
  #expect(update("metadata[k]=\(String(repeating: "v", count: 501))").status == 400)
  #expect(update("metadata[\(String(repeating: "k", count: 41))]=v").status == 400)
}

@Test("Connected accounts are listed newest first, the platform is not among them")
func listAccounts() {
  let world = StripeWorld()
  let ids = (0..<3).map { _ in world.stripe.createAccount() }
  let list = world.call("GET", "/v1/accounts")
  #expect(list["data"]?.elements.compactMap { $0["id"]?.text } == ids.reversed())
  #expect(list["has_more"]?.flag == false)
  #expect(world.call("GET", "/v1/account").id == world.stripe.platformID)
}
