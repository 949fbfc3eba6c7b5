package dev.heimdall.engine.rules;

/**
 * Result of a virtual database's rules for one session's facts, worked out once. To be made anew
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
