"""What reviewers see of a plan, computed once for every format: order, words, budget, escaping."""
