package dev.heimdall.manager.pages;

/**
 * What every page says at its top while something is wrong.
 *
 * @param critical whether clients are hit by it
 * @param since in words; empty: nobody knows
 * @param effect what it means for clients
 * @param next what to do about it
 * @param href the page that shows more of it
 * @param others how many other problems there are
 */
public record Banner(
    boolean critical,
    String words,
    String since,
    String effect,
    String next,
    String href,
    int others) {
  /** The page with all of them. */
  public static final String PATH = "/problems";

  /** The banner alone, as it is now; looking at it does not count as using a session. */
  public static final String PART = PATH + "/banner";

  /** How many there are. */
  public int all() {
    return others + 1;
  }
}
