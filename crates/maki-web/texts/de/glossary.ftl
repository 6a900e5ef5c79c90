glossary-title = Glossar
glossary-text = Die Begriffe des Registers in einfachen Worten, und alle festgelegten Werte mit ihrer Bedeutung.
glossary-json = Glossar als JSON
glossary-words = Begriffe
glossary-source = Quelle:
