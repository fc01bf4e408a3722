package dev.lockstep.engine;

/**
 * Who may satisfy an approval.
 *
 * @param authorMayApprove whether the author of a revision counts as one of its approvers
 */
public record ApprovalRules(boolean authorMayApprove) {}
