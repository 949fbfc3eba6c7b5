package dev.heimdall.engine.rules;

/**
 * What a virtual database's rules make of one session's facts, worked out once. To be made anew
 * when a fact changes or the rules do.
 */
public final class SessionRules {
  private final Profile profile;

  SessionRules(Profile profile) {
    this.profile = profile;
  }

  Profile profile() {
    return profile;
  }
}
