package dev.heimdall.manager.pages;

import dev.heimdall.manager.login.Caller;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Request;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The devices on which users have logged in: a browser keeps a cookie that says so, which any
 * manager that knows the key believes. It lets no user in; wrong passwords of others keep its user
 * out no more.
 */
final class Devices {
  static final Duration KNOWN = Duration.ofDays(180);

  private static final String PURPOSE = "device";
  private static final int PARTS = 3;

  private final Sessions sessions;
  private final Clock clock;

  Devices(Sessions sessions, Clock clock) {
    this.sessions = sessions;
    this.clock = clock;
  }

  /** From where a user tries to log in. */
  Caller caller(String user, Request request) {
    return new Caller(request.from(), device(user, request), request.waited());
  }

  private Optional<String> device(String user, Request request) {
    return Cookies.device(user, request)
        .flatMap(cookie -> sessions.open(PURPOSE, cookie))
        .map(text -> text.split("\n", PARTS))
        .filter(parts -> parts[2].equals(user) && !isOver(Long.parseLong(parts[1])))
        .map(parts -> parts[0]);
  }

  private boolean isOver(long since) {
    return !clock.instant().isBefore(Instant.ofEpochSecond(since).plus(KNOWN));
  }

  /** A user is in: from now on this device is one of his. */
  Answer known(Answer answer, String user, Request request) {
    String id = device(user, request).orElseGet(sessions::token);
    String text = id + "\n" + clock.instant().getEpochSecond() + "\n" + user;
    return answer.keep(Cookies.setDevice(sessions.seal(PURPOSE, text), user, KNOWN, request));
  }
}
