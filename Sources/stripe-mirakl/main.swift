print("stripe-mirakl")
