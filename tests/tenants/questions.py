"""Twenty tools, and what somebody who needs one would ask: its name, its description, the question."""

WANTED = [
    (
        "chase_overdue_invoices",
        "Finds invoices that are past their due date and sends each customer a polite reminder, in three stages.",
        "send a reminder to customers who have an overdue invoice",
    ),
    (
        "campaign_send_bulk",
        "Sends a templated letter to many recipients, never twice to the same one, and reports who was skipped.",
        "email a template to a list of recipients",
    ),
    (
        "crm_follow_up",
        "Looks for stale deals in the CRM and creates the next task for the salesperson.",
        "which deals went stale and need a follow-up task",
    ),
    (
        "records_repair",
        "Validates, normalises and deduplicates contact records, and leaves an undo trail.",
        "clean up duplicate contacts",
    ),
    (
        "contracts_watch",
        "Extracts dates and clauses of contracts and tells their owners when a renewal is due.",
        "contract renewal dates that are coming up",
    ),
    (
        "etl_sync",
        "Extracts rows from a paged API, transforms them and loads them into the warehouse; resumes at a checkpoint.",
        "sync a paged API into our data warehouse",
    ),
    (
        "currency_convert",
        "Converts an amount of money between currencies at the European Central Bank's rate of a day.",
        "convert euros to dollars with the exchange rate of a date",
    ),
    (
        "vat_check",
        "Checks whether a VAT number is registered, with the VIES service of the EU.",
        "is this VAT id valid",
    ),
    (
        "holiday_calendar",
        "Gives the public holidays of a country and region in a year.",
        "public holidays in Bavaria next year",
    ),
    (
        "shift_swap",
        "Swaps two employees' shifts when both may work them, and tells the shift leader.",
        "swapping shifts between two employees",
    ),
    (
        "password_reset_link",
        "Makes a one-time link by which a user sets a new password, and mails it.",
        "user forgot password, mail a reset link",
    ),
    (
        "postcode_lookup",
        "Turns a postcode into town, county and coordinates.",
        "find the town of a postcode",
    ),
    (
        "stock_reorder",
        "Orders goods again whose stock is under its minimum, from the cheapest supplier that can deliver in time.",
        "reorder goods that are low on stock",
    ),
    (
        "refund_payment",
        "Refunds a card payment in full or in part through Stripe, with an idempotency key.",
        "give a customer their money back: stripe refund",
    ),
    (
        "sentiment_of_reviews",
        "Reads product reviews and says how happy the customers sound, by week.",
        "how do customers feel about a product, from their reviews",
    ),
    (
        "meeting_minutes",
        "Makes minutes of a transcript: decisions, open questions and who does what by when.",
        "write minutes from the transcript of a meeting",
    ),
    (
        "iban_validate",
        "Says whether an IBAN is well formed and which bank it belongs to.",
        "check the bank account number (IBAN)",
    ),
    (
        "incident_page_oncall",
        "Opens an incident and pages whoever is on call for the service.",
        "wake the person on call for an outage incident",
    ),
    (
        "gdpr_erase_person",
        "Erases a person's data in every system after a GDPR request and keeps proof of it.",
        "delete all personal data of somebody, GDPR",
    ),
    (
        "rechnung_erstellen",
        "Erstellt eine Rechnung nach deutschem Recht als PDF und verschickt sie an den Kunden.",
        "Rechnungen erstellen und an Kunden verschicken",
    ),
]
