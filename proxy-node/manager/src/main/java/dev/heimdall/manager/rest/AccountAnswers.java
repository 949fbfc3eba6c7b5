package dev.heimdall.manager.rest;

import dev.heimdall.manager.accounts.AccountRefused;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;

/** Reasons that accounts cannot be changed, as programs receive them. */
final class AccountAnswers {
  private AccountAnswers() {}

  /** Action on accounts. */
  interface Step {
    Answer take() throws Refusal, AccountRefused, PasswordHash.Busy, StoreException;
  }

  static Answer of(Step step) throws Refusal, StoreException {
    try {
      return step.take();
    } catch (PasswordHash.Busy e) {
      throw Refusal.busy(e.getMessage());
    } catch (AccountRefused e) {
      throw switch (e.reason()) {
        case UNKNOWN -> new Refusal(404, "not_found", e.getMessage());
        case EXISTS, LAST_ADMIN -> new Refusal(409, "account_conflict", e.getMessage());
        case NO_PLACE -> new Refusal(409, "no_store", e.getMessage());
        case WRONG -> new Refusal(422, "wrong_account", e.getMessage());
      };
    }
  }
}
