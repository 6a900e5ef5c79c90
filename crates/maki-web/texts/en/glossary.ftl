glossary-title = Glossary
glossary-text = The words of the register explained in plain language, and all controlled values with their meaning.
glossary-json = Glossary as JSON
glossary-words = Words
glossary-source = Source:
