"""The health questionnaire, one question a page, then a review."""
