package dev.heimdall.engine.rules;

import com.google.re2j.Pattern;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;

/**
 * The regular expressions of the rules of all virtual databases: each is compiled once, however
 * many of them have it. Those that no rules have any more are let go. Thread-safe.
 */
public final class RulePatterns {
  private final Map<String, WeakReference<Pattern>> known = new HashMap<>();

  synchronized Pattern of(String regex) {
    WeakReference<Pattern> reference = known.get(regex);
    Pattern pattern = reference == null ? null : reference.get();
    if (pattern == null) {
      pattern = Pattern.compile(regex);
      known.put(regex, new WeakReference<>(pattern));
    }
    return pattern;
  }

  /** Forgets the texts of those that are gone. */
  synchronized void clean() {
    known.values().removeIf(reference -> reference.get() == null);
  }
}
