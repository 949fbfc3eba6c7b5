package dev.heimdall.test.global;

/** What a client at work does when its region does not answer. */
enum Habit {
  /** It waits for two minutes. */
  PATIENT("waits for 120 s", 120),
  /** It gives up, and asks for the name again. */
  HASTY("gives up after 12 s, asks for the name again", 12),
  /** It gives up, and connects to the address that it has until its time is over. */
  KEEPS_NAMES("gives up after 12 s, keeps the answer of DNS", 12);

  private final String words;
  private final int timeout;

  Habit(String words, int timeout) {
    this.words = words;
    this.timeout = timeout;
  }

  /** Half of all wait; of the others every second one keeps what DNS answered. */
  static Habit of(int client) {
    return client % 2 == 0 ? PATIENT : client % 4 == 1 ? HASTY : KEEPS_NAMES;
  }

  /** Seconds until it gives up an answer. */
  int timeout() {
    return timeout;
  }

  @Override
  public String toString() {
    return words;
  }
}
