package dev.heimdall.manager.web;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its answer. Who sends it is asked before its body is read, and it takes no thread
 * while that arrives.
 */
final class Exchange implements BodyMemory.Holder, Runnable {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  /** Path that a load balancer probes, which waits for nothing. */
  private static final String HEALTH = "/livez";

  private static final Duration TURN_AGAIN = Duration.ofMillis(50);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  private final Endpoint endpoint;
  private final Callers.Caller caller;
  private final InetAddress from;
  private final org.eclipse.jetty.server.Request jetty;
  private final Response response;
  private final Callback callback;
  private Request request;
  private Site.Work work;
  private ArrivingBody body;

  /** Since when it waits for what it was told to; empty: for nothing. */
  private OptionalLong waitsSince = OptionalLong.empty();

  Exchange(
      Endpoint endpoint,
      Callers.Caller caller,
      org.eclipse.jetty.server.Request jetty,
      Response response,
      Callback callback) {
    this.endpoint = endpoint;
    this.caller = caller;
    from = caller.from();
    this.jetty = jetty;
    this.response = response;
    this.callback = callback;
    String path = jetty.getHttpURI().getDecodedPath();
    String query = jetty.getHttpURI().getQuery();
    request =
        new Request(
            jetty.getMethod(),
            path == null ? "" : path,
            jetty.getHttpURI().getPathQuery(),
            query == null ? "" : query,
            jetty.getHeaders(),
            from,
            jetty.isSecure()
                || caller.reportsTls(jetty.getHeaders().getValuesList(TrustedProxies.PROTOCOL)),
            Optional.empty(),
            Duration.ZERO);
  }

  @Override
  public InetAddress from() {
    return from;
  }

  @Override
  public boolean arriving() {
    return caller.sendsItsBody();
  }

  @Override
  public void evict() {
    caller.evict();
  }

  void begin() {
    try {
      within();
    } catch (Refusal e) {
      reply(e.answer(), true);
      return;
    }
    admit();
  }

  private void admit() {
    Site.Admission admission;
    try {
      admission = admission();
    } catch (DeferredRequest e) {
      again(e, this::admit);
      return;
    } catch (Refusal e) {
      admission =
          new Site.Admission(
              0,
              whole -> {
                throw e;
              });
    }
    work = admission.work();
    waitsSince = OptionalLong.empty();
    request = request.waited(Duration.ZERO);
    body =
        new ArrivingBody(
            admission.largestBody(),
            jetty.getLength(),
            bytes -> endpoint.bodies().take(this, bytes));
    if (body.isTooLarge() && expectsContinue()) {
      answer(true);
    } else {
      run();
    }
  }

  private Site.Admission admission() throws Refusal {
    if (request.path().equals(HEALTH)) {
      return new Site.Admission(0, Exchange::health);
    }
    endpoint.origin().check(request, endpoint.site().isReachedFromElsewhere(request.path()));
    return inTurn(() -> endpoint.site().admit(request));
  }

  /** Takes it up again; it has no slot and no thread until then. */
  private void again(DeferredRequest later, Runnable next) {
    long since = waitsSince.orElseGet(System::nanoTime);
    waitsSince = OptionalLong.of(since);
    later
        .until()
        .whenCompleteAsync(
            (done, failure) -> {
              request = request.waited(Duration.ofNanos(System.nanoTime() - since));
              next.run();
            },
            jetty.getComponents().getExecutor());
  }

  private static Answer health(Request request) throws Refusal {
    request.only("GET");
    return Answer.json(200, Answer.JSON.createObjectNode().put("status", "ok"));
  }

  /** Checks the limits that Jetty leaves to its users. */
  private void within() throws Refusal {
    if (jetty.getHttpURI().toString().length() > Bounds.LONGEST_LINE) {
      throw new Refusal(
          414, "bad_request", "The path has more than %,d bytes.".formatted(Bounds.LONGEST_LINE));
    }
    HttpFields headers = jetty.getHeaders();
    if (headers.size() > Bounds.MOST_HEADERS) {
      throw new Refusal(
          431, "bad_request", "There may be %d headers.".formatted(Bounds.MOST_HEADERS));
    }
    long encodings =
        headers.stream().filter(field -> field.getHeader() == HttpHeader.TRANSFER_ENCODING).count();
    HttpField encoding = headers.getField(HttpHeader.TRANSFER_ENCODING);
    if (encodings > 1
        || encoding != null && !HttpHeaderValue.CHUNKED.is(encoding.getValue().strip())) {
      throw new Refusal(501, "bad_request", "Of Transfer-Encoding the manager knows chunked.");
    }
  }

  private boolean expectsContinue() {
    return jetty.getHeaders().contains(HttpHeader.EXPECT, HttpHeaderValue.CONTINUE.asString());
  }

  private interface Turn<T> {
    T take() throws Refusal;
  }

  private <T> T inTurn(Turn<T> turn) throws Refusal {
    Turns turns = endpoint.turns(request.path());
    if (!turns.take(from())) {
      if (waitsSince.isPresent() && request.waited().compareTo(LONGEST_WAIT) < 0) {
        throw DeferredRequest.after(TURN_AGAIN); // all that wait for one thing go on in one moment
      }
      throw Refusal.busy("The manager is busy with other requests: try again.");
    }
    try {
      return turn.take();
    } finally {
      turns.back(from());
    }
  }

  /** Takes what is there of the body, and is called again when there is more. */
  @Override
  public void run() {
    while (true) {
      Content.Chunk piece = jetty.read();
      if (piece == null) {
        jetty.demand(this);
        return;
      }
      if (Content.Chunk.isFailure(piece)) {
        endpoint.bodies().back(this);
        caller.reply();
        // Jetty answers what is no body, and forgets who is gone.
        Response.writeError(jetty, response, callback, piece.getFailure());
        return;
      }
      try {
        body.add(piece.getByteBuffer());
      } catch (Refusal e) {
        reply(e.answer(), true);
        return;
      } finally {
        piece.release();
      }
      if (piece.isLast() || body.isGivenUp()) {
        answer(!piece.isLast());
        return;
      }
    }
  }

  private void answer(boolean last) {
    caller.work();
    Answer answer;
    try {
      answer = answer();
    } catch (DeferredRequest e) {
      again(e, () -> answer(last));
      return;
    }
    reply(answer, last);
  }

  private Answer answer() {
    try {
      Request whole = request.with(body.whole());
      return request.path().equals(HEALTH) ? work.answer(whole) : inTurn(() -> work.answer(whole));
    } catch (Refusal e) {
      return e.answer();
    } catch (DeferredRequest e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("a request met an error in Heimdall", e);
      return new Refusal(500, "internal_error", "This is a bug in Heimdall; its log tells more.")
          .answer();
    }
  }

  /**
   * Sends it.
   *
   * @param last where the next request begins is not known
   */
  private void reply(Answer answer, boolean last) {
    endpoint.bodies().back(this);
    caller.reply();
    Sending sending = new Sending();
    Answer sent = endpoint.answers().take(sending, answer.body().length) ? answer : tooMuch(answer);
    sent.headersOf(response);
    if (last) {
      response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
    }
    response.write(true, ByteBuffer.wrap(sent.body()), sending);
  }

  private Answer tooMuch(Answer answer) {
    int largest = endpoint.answers().largest();
    return answer.body().length > largest
        ? new Refusal(
                413,
                "content_too_large",
                "The answer has %,d bytes, and the manager's heap leaves %,d for one: ask for less, or give it more heap."
                    .formatted(answer.body().length, largest))
            .answer()
        : Refusal.busy(
                "The manager has no memory for another answer until clients have taken theirs: try"
                    + " again.")
            .answer();
  }

  /**
   * Callback of an answer; the memory that the answer takes is given back before the connection's
   * next request begins.
   */
  private final class Sending extends Callback.Nested implements AnswerMemory.Holder {
    Sending() {
      super(callback);
    }

    @Override
    public InetAddress from() {
      return from;
    }

    @Override
    public void evict() {
      caller.evict();
    }

    @Override
    public void succeeded() {
      endpoint.answers().back(this);
      super.succeeded();
    }

    @Override
    public void failed(Throwable cause) {
      endpoint.answers().back(this);
      super.failed(cause);
    }
  }
}
