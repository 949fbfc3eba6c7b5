package dev.heimdall.engine.dialect.sqlserver.request;

import dev.heimdall.engine.dialect.sqlserver.answer.Attentions;
import dev.heimdall.engine.dialect.sqlserver.answer.SqlServerEncoder;
import dev.heimdall.engine.net.LoopContext;
import dev.heimdall.engine.session.HandledClient;
import dev.heimdall.engine.session.RequestParts;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.TimeUnit;

/** Acknowledgement by the node of a client's attentions that no server acknowledges. */
final class InterruptedClient {
  private final HandledClient client;
  private final LoopContext loop;
  private final SqlServerEncoder encoder;
  private final Attentions attentions;
  private final ForeignBatches foreign;

  InterruptedClient(RequestParts parts, SqlServerEncoder encoder, ForeignBatches foreign) {
    this.client = parts.client();
    this.loop = parts.loop();
    this.encoder = encoder;
    this.attentions = encoder.attentions();
    this.foreign = foreign;
    attentions.listener(this::interrupts);
  }

  /** The client interrupts what it has sent before, wherever that is. */
  private void interrupts() {
    client.cancel();
    answered(); // behind the cancel
  }

  /** A request that an attention may have interrupted is answered. */
  void answered() {
    loop.soon(this::acknowledge, client::failed);
  }

  /**
   * Acknowledges an attention where there was nothing to interrupt. A request that waits, and could
   * not be refused, is answered before; one between two waits is interrupted at the next.
   */
  private void acknowledge() {
    boolean idle = client.outstanding() == 0 && !foreign.running();
    if (!attentions.unanswered() || !idle || !client.connected()) {
      return;
    }
    if (client.waits()) {
      loop.later(this::acknowledge, 1, TimeUnit.MILLISECONDS, client::failed);
    } else if (client.isAboutToGoOn()) {
      loop.later(this::interrupts, 1, TimeUnit.MILLISECONDS, client::failed);
    } else {
      ByteBuf out = client.alloc().buffer();
      encoder.ready(client.status(), out);
      client.write(out);
    }
  }
}
