package dev.heimdall.manager.audit;

import java.util.Locale;
import org.slf4j.event.Level;

/** Action of a user. */
public enum Action {
  LOG_IN("login", Level.INFO),
  LOG_OUT("logout", Level.INFO),
  SESSION_ENDED("session ended", Level.INFO),
  LOG_IN_REFUSED("login refused", Level.WARN),
  /** Nothing was looked at, after too many wrong ones; the first of many. */
  LOG_IN_DELAYED("login delayed", Level.WARN),
  NOT_PERMITTED("not permitted", Level.WARN),
  CONFIGURATION_CHANGED("configuration changed", Level.INFO),
  NODE_COMMANDED("node commanded", Level.INFO),
  ALERT_ACKNOWLEDGED("alert acknowledged", Level.INFO),
  ALERT_RELEASED("alert released", Level.INFO),
  ALERTS_SILENCED("alerts silenced", Level.INFO),
  SILENCE_ENDED("silence ended", Level.INFO),
  ACCOUNT_CREATED("account created", Level.INFO),
  ACCOUNT_CHANGED("account changed", Level.INFO),
  ACCOUNT_REMOVED("account removed", Level.INFO),
  PASSWORD_CHANGED("password changed", Level.INFO),
  SECOND_FACTOR_ADDED("second factor added", Level.INFO),
  SECOND_FACTOR_REMOVED("second factor removed", Level.INFO),
  SECOND_FACTOR_REQUIRED("second factor required of roles", Level.INFO),
  TOKEN_CREATED("token created", Level.INFO),
  TOKEN_REVOKED("token revoked", Level.INFO);

  private final String words;
  private final Level level;

  Action(String words, Level level) {
    this.words = words;
    this.level = level;
  }

  String words() {
    return words;
  }

  Level level() {
    return level;
  }

  /** As documents have it. */
  public String spelling() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Strangers, and who may do nothing, can bring these about as often as they like. */
  boolean isAnybodys() {
    return switch (this) {
      case LOG_IN_REFUSED, LOG_IN_DELAYED, NOT_PERMITTED, SESSION_ENDED -> true;
      default -> false;
    };
  }
}
