"""The Rasa project: configuration, domain, training data and components."""
