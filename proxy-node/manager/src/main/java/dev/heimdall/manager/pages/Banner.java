package dev.heimdall.manager.pages;

import java.util.Locale;

/**
 * Banner at the top of every page while something is wrong, and for a while after that.
 *
 * @param look how bad it is
 * @param where the servers and nodes that have it, in words; may be empty
 * @param since in words
 * @param effect what it means for clients; empty once it is solved
 * @param next what to do about it
 * @param href the page that shows more of it
 * @param all how many problems there are
 */
public record Banner(
    Tone look,
    String words,
    String where,
    String since,
    String effect,
    String next,
    String href,
    int all) {
  /** Severity of the problem, as style sheets name it. */
  public enum Tone {
    /** Clients are hit. */
    BAD,
    /** They are not, or it is acknowledged. */
    WARN,
    /** Nothing is wrong any more. */
    GOOD;

    /** The class of style sheets. */
    public String style() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The page with all of them. */
  public static final String PATH = "/problems";

  /** The banner alone, as it is now; looking at it does not count as using a session. */
  public static final String PART = PATH + "/banner";

  /** Number of other problems. */
  public int others() {
    return Math.max(0, all - 1);
  }
}
