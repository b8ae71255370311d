"""The health questionnaire, one question a page, with a review before it is handed in."""
