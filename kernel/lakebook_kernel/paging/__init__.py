"""Tables beyond what is shown of them: frames stay where they are, and browsers ask for pages, orders and figures."""
