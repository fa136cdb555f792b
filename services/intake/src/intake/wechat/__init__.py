"""WeChat's own ways: accounts, encrypted messages and their XML, the interface for answering."""
