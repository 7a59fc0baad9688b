"""What the texts in payloads and permits are made of, each with one reader: URLs, mailboxes, SQL, headers, secrets."""
