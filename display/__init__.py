"""Every read-only screen: boards, room doors, the patient's phone."""
