package dev.heimdall.engine.kit;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts the buffers that nobody has released; {@code -Dscripts.traces} tells who made them. */
final class Buffers extends AbstractByteBufAllocator {
  private static final boolean TRACES = Boolean.getBoolean("scripts.traces");
  private static final Throwable NO_TRACE = new Throwable("-Dscripts.traces tells who made it");

  private final Map<ByteBuf, Throwable> held = new IdentityHashMap<>();

  Buffers() {
    super(false);
  }

  @Override
  protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
    return made(
        new UnpooledHeapByteBuf(this, initialCapacity, maxCapacity) {
          @Override
          protected void deallocate() {
            held.remove(this);
            super.deallocate();
          }
        });
  }

  @Override
  protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
    return made(
        new UnpooledDirectByteBuf(this, initialCapacity, maxCapacity) {
          @Override
          protected void deallocate() {
            held.remove(this);
            super.deallocate();
          }
        });
  }

  private ByteBuf made(ByteBuf buffer) {
    held.put(buffer, TRACES ? new Throwable("made by") : NO_TRACE);
    return buffer;
  }

  @Override
  public boolean isDirectBufferPooled() {
    return false;
  }

  /** Who made those that nobody has released. */
  List<String> held() {
    return held.values().stream()
        .map(
            made ->
                Arrays.stream(made.getStackTrace())
                    .map(StackTraceElement::toString)
                    .filter(at -> at.startsWith("dev.heimdall") && !at.contains(".Buffers."))
                    .limit(8)
                    .collect(Collectors.joining("\n  ", made.getMessage() + "\n  ", "\n")))
        .toList();
  }
}
