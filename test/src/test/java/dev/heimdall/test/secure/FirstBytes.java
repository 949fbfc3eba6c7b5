package dev.heimdall.test.secure;

import dev.heimdall.test.fixture.SocketRelay;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A relay to a server that keeps how each connection begins, as anyone on the way could. */
final class FirstBytes extends SocketRelay {
  private static final int KEPT = 9;

  private final List<byte[]> beginnings = new CopyOnWriteArrayList<>();

  FirstBytes(int serverPort) throws IOException {
    super(serverPort);
    start();
  }

  /** What the client's side sent first, a connection each: up to nine bytes. */
  List<byte[]> beginnings() {
    return beginnings;
  }

  @Override
  protected void forth(InputStream from, OutputStream to) throws IOException {
    byte[] beginning = new byte[KEPT];
    beginnings.add(beginning);
    byte[] buffer = new byte[8192];
    int seen = 0;
    for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
      int keep = Math.min(n, beginning.length - seen);
      System.arraycopy(buffer, 0, beginning, seen, keep);
      seen += keep;
      to.write(buffer, 0, n);
    }
  }
}
