package dev.heimdall.manager.pages;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.sessions.SessionBook;
import dev.heimdall.routing.bounded.BoundedMap;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Browsers that users have logged in with. A browser has its session itself, sealed, in a cookie:
 * any manager that knows the key goes on with it. What is in this manager's memory of it, such as a
 * draft, is not in the cookie.
 */
final class Sessions {
  static final Duration IDLE = Duration.ofMinutes(30);
  static final Duration LONGEST = Duration.ofHours(12);

  /** After this time of use a cookie is given anew, so that it tells when it was used last. */
  static final Duration RENEWED = Duration.ofMinutes(1);

  /** Each may hold a draft; the one that was used least recently makes room. */
  static final int MOST = 64;

  /** Of the heap, what they hold together may take one part in so many. */
  private static final int SHARE = 8;

  private static final int MOST_TOLD = 1024;
  private static final String PURPOSE = "session";
  private static final int TOKEN_BYTES = 32;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SecureRandom random = new SecureRandom();
  private final SessionBook book;
  private final Clock clock;
  private final long mostBytes;
  private final Map<String, Session> sessions = BoundedMap.ofLastUsed(MOST);

  /** Those that were found to be over. */
  private final Map<String, End> told = BoundedMap.ofNewest(MOST_TOLD);

  Sessions(SessionBook book, Clock clock) {
    this(book, clock, Runtime.getRuntime().maxMemory() / SHARE);
  }

  /**
   * Makes it.
   *
   * @param mostBytes that they hold together, but for the one that is used
   */
  Sessions(SessionBook book, Clock clock, long mostBytes) {
    this.book = book;
    this.clock = clock;
    this.mostBytes = mostBytes;
  }

  /**
   * Content of a cookie.
   *
   * @param used when it was used last, as far as the cookie knows
   */
  private record Carried(String id, String csrf, Principal who, Instant begun, Instant used) {
    String text() {
      return JSON.createObjectNode()
          .put("id", id)
          .put("csrf", csrf)
          .put("user", who.user())
          .put("role", who.role().spelling())
          .put("means", who.means().spelling())
          .put("generation", who.generation())
          .put("begun", begun.toString())
          .put("used", used.toString())
          .toString();
    }

    static Optional<Carried> read(String text) {
      try {
        JsonNode root = JSON.readTree(text);
        Principal who =
            new Principal(
                root.path("user").asText(),
                Role.of(root.path("role").asText()).orElseThrow(),
                Principal.Due.NOTHING,
                root.path("generation").asText(),
                Principal.Means.of(root.path("means").asText(Principal.Means.PASSWORD.spelling()))
                    .orElseThrow());
        return Optional.of(
            new Carried(
                root.path("id").asText(),
                root.path("csrf").asText(),
                who,
                Instant.parse(root.path("begun").asText()),
                Instant.parse(root.path("used").asText())));
      } catch (JsonProcessingException | DateTimeParseException | NoSuchElementException e) {
        return Optional.empty();
      }
    }
  }

  /** Reason that a session had ended when a browser went on with it. */
  enum End {
    NOT_USED("not used for 30 minutes"),
    TOO_LONG("12 hours old"),
    LOGGED_OUT("logged out before"),
    OTHER_ACCOUNT("the account has changed");

    private final String words;

    End(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  /** Outcome of looking up the session of a cookie. */
  sealed interface Found {
    /**
     * It goes on.
     *
     * @param old whether its cookie is to be given anew
     */
    record On(Session session, boolean old) implements Found {}

    /**
     * It is over.
     *
     * @param news true if no user was told before: a page that is left open asks again and again
     */
    record Over(String user, End end, boolean news) implements Found {}

    /** There is none. */
    record None() implements Found {}
  }

  /** An unpredictable word. */
  String token() {
    byte[] bytes = new byte[TOKEN_BYTES];
    random.nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Begins one; its cookie. */
  String begin(Principal who) {
    return cookie(beginOne(who));
  }

  /** Begins one. */
  Session beginOne(Principal who) {
    Session session = new Session(token(), who, token(), clock.instant());
    remember(session);
    return session;
  }

  /** The cookie of one that is used now, as it is now. */
  String cookie(Session session) {
    return book.seal(
        PURPOSE,
        new Carried(session.id(), session.csrf(), session.who(), session.begun(), clock.instant())
            .text());
  }

  /**
   * Has those that were used least recently drop what they hold while all hold too much.
   *
   * @param used the one that has just been used, which keeps its own
   */
  synchronized void makeRoom(Session used) {
    long bytes = sessions.values().stream().mapToLong(Session::bytes).sum();
    for (Session session : List.copyOf(sessions.values())) {
      long own = session.bytes();
      if (bytes <= mostBytes) {
        return;
      }
      if (own > 0 && !session.id().equals(used.id())) {
        session.makeRoom();
        bytes -= own;
      }
    }
  }

  private synchronized void remember(Session session) {
    sessions.put(session.id(), session);
  }

  /**
   * The session of a cookie.
   *
   * @param still its owner as he is now; empty: he has another password, or may not log in any more
   */
  Found find(String cookie, Function<Principal, Optional<Principal>> still) {
    Optional<Carried> read = book.open(PURPOSE, cookie).flatMap(Carried::read);
    if (read.isEmpty()) {
      return new Found.None();
    }
    Carried carried = read.get();
    Instant now = clock.instant();
    Optional<End> end = end(carried, now);
    if (end.isPresent()) {
      return over(carried, end.get());
    }
    Optional<Principal> who = still.apply(carried.who());
    if (who.isEmpty()) {
      return over(carried, End.OTHER_ACCOUNT);
    }
    Session session = known(carried, who.get());
    session.who(who.get());
    return new Found.On(session, !now.isBefore(carried.used().plus(RENEWED)));
  }

  private synchronized Found over(Carried carried, End end) {
    return new Found.Over(carried.who().user(), end, told.put(carried.id(), end) == null);
  }

  private Optional<End> end(Carried carried, Instant now) {
    if (!now.isBefore(carried.begun().plus(LONGEST))) {
      return Optional.of(End.TOO_LONG);
    }
    if (!now.isBefore(carried.used().plus(IDLE))) {
      return Optional.of(End.NOT_USED);
    }
    return book.hasEnded(carried.id()) ? Optional.of(End.LOGGED_OUT) : Optional.empty();
  }

  private synchronized Session known(Carried carried, Principal who) {
    return sessions.computeIfAbsent(
        carried.id(), id -> new Session(id, who, carried.csrf(), carried.begun()));
  }

  /** Ends the session of a cookie, at all managers; whose it was. */
  Optional<String> end(String cookie) {
    Optional<Carried> read = book.open(PURPOSE, cookie).flatMap(Carried::read);
    if (read.isEmpty() || end(read.get(), clock.instant()).isPresent()) {
      return Optional.empty();
    }
    forget(read.get().id());
    book.end(read.get().id(), read.get().begun().plus(LONGEST));
    return Optional.of(read.get().who().user());
  }

  private synchronized void forget(String id) {
    sessions.remove(id);
  }

  /** Has a browser carry what it shows again in a moment. */
  String seal(String purpose, String text) {
    return book.seal(purpose, text);
  }

  Optional<String> open(String purpose, String sealed) {
    return book.open(purpose, sealed);
  }
}
