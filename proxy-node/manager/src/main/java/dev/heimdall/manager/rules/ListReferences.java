package dev.heimdall.manager.rules;

import dev.heimdall.model.ActionParameters;
import dev.heimdall.model.Rule;

/** Rules that name another list. */
final class ListReferences {
  private ListReferences() {}

  static boolean names(Rule rule, String list) {
    ActionParameters own = rule.parameters().own().orElse(null);
    return own instanceof ActionParameters.Call call && call.rule().equals(list)
        || own instanceof ActionParameters.LearnPattern learn && learn.rule().equals(list);
  }
}
