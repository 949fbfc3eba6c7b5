package dev.heimdall.manager.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * A request of which the headers are there and the body arrives. Of a body that nobody asks for, or
 * that is too large, nothing is kept; its sender hears so once it has sent it, as few read an
 * answer before.
 */
final class ArrivingRequest {
  private final HttpRequest head;
  private final String path;
  private final InetAddress from;
  private final int most;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
  private long arrived;
  private boolean tooLarge;

  private ArrivingRequest(HttpRequest head, String path, InetAddress from) throws Refusal {
    this.head = head;
    this.path = path;
    this.from = from;
    // Without a log-in nobody will ask for it.
    most =
        head.headers().contains(HttpHeaderNames.AUTHORIZATION)
            ? Paths.largestBody(head.method().name(), path)
            : 0;
    tooLarge = announced() > most;
  }

  /**
   * @throws Refusal if it is none that can be carried out; where the next one begins is not known
   *     then
   */
  static ArrivingRequest begin(HttpRequest head, InetAddress from) throws Refusal {
    understood(head);
    HttpVersion version = head.protocolVersion();
    if (version.majorVersion() != 1) {
      throw new Refusal(505, "bad_request", "The manager speaks HTTP/1.1 and HTTP/1.0.");
    }
    if (head.headers().size() > Bounds.MOST_HEADERS) {
      throw tooManyHeaders();
    }
    if (head.headers().getAll(HttpHeaderNames.HOST).size() > 1) {
      throw Request.bad("There is more than one header Host.");
    }
    framed(head);
    List<String> expected = head.headers().getAll(HttpHeaderNames.EXPECT);
    if (!expected.isEmpty() && !HttpUtil.is100ContinueExpected(head)) {
      throw new Refusal(417, "bad_request", "Of Expect the manager knows 100-continue.");
    }
    return new ArrivingRequest(head, path(head.uri()), from);
  }

  private static void understood(HttpObject part) throws Refusal {
    if (part.decoderResult().isSuccess()) {
      return;
    }
    Throwable cause = part.decoderResult().cause();
    if (cause instanceof TooLongHttpLineException) {
      throw new Refusal(
          414,
          "bad_request",
          "The first line has more than %,d bytes.".formatted(Bounds.LONGEST_LINE));
    }
    if (cause instanceof TooLongHttpHeaderException) {
      throw tooManyHeaders();
    }
    throw Request.bad("This is no HTTP request.");
  }

  private static Refusal tooManyHeaders() {
    return new Refusal(
        431,
        "bad_request",
        "There may be %d headers of %,d bytes."
            .formatted(Bounds.MOST_HEADERS, Bounds.LONGEST_HEADERS));
  }

  /** Where a body ends must be beyond doubt: others may have read the request before. */
  private static void framed(HttpRequest head) throws Refusal {
    List<String> encodings = head.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (encodings.isEmpty()) {
      return;
    }
    if (encodings.size() > 1
        || !HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.get(0).strip())) {
      throw new Refusal(501, "bad_request", "Of Transfer-Encoding the manager knows chunked.");
    }
    if (head.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
        || head.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
      throw Request.bad("Transfer-Encoding and another length exclude each other.");
    }
  }

  /** Decoded; of a target with scheme and host its path. */
  private static String path(String target) throws Refusal {
    try {
      String path = new URI(target).getPath();
      return path == null ? "" : path;
    } catch (URISyntaxException e) {
      throw Request.bad("The target of the request is no path.");
    }
  }

  private long announced() {
    return HttpUtil.isContentLengthSet(head) ? HttpUtil.getContentLength(head) : 0;
  }

  boolean expectsContinue() {
    return HttpUtil.is100ContinueExpected(head);
  }

  boolean isTooLarge() {
    return tooLarge;
  }

  boolean keepsAlive() {
    return HttpUtil.isKeepAlive(head);
  }

  /** Whether the rest of the body is not worth waiting for, or will not be sent. */
  boolean isGivenUp() {
    return tooLarge
        && (expectsContinue()
            || arrived > Bounds.READ_IN_VAIN
            || announced() > Bounds.READ_IN_VAIN);
  }

  /**
   * A piece of the body.
   *
   * @param memory whether so many bytes may be kept
   */
  void add(HttpContent content, IntPredicate memory) throws Refusal {
    understood(content);
    ByteBuf piece = content.content();
    int bytes = piece.readableBytes();
    arrived += bytes;
    tooLarge |= arrived > most;
    if (tooLarge) {
      kept.reset();
    } else if (bytes > 0) {
      if (!memory.test(bytes)) {
        throw Reports.busy("The manager is busy with the bodies of other requests: try again.");
      }
      kept.writeBytes(read(piece));
    }
  }

  private static byte[] read(ByteBuf piece) {
    byte[] bytes = new byte[piece.readableBytes()];
    piece.readBytes(bytes);
    return bytes;
  }

  /** It, with all of its body that was kept. */
  Request request() {
    return new Request(
        head.method().name(),
        path,
        head.headers(),
        from,
        tooLarge ? Optional.empty() : Optional.of(kept.toByteArray()));
  }
}
