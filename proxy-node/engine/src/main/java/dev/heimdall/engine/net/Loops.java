package dev.heimdall.engine.net;

import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadIoEventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * Event loops that are never suspended: those that can be read the clock three times a turn, to
 * know how busy they are.
 */
final class Loops extends MultiThreadIoEventLoopGroup {
  Loops(int count, ThreadFactory threads, IoHandlerFactory ioHandler) {
    super(count, threads, ioHandler);
  }

  @Override
  protected IoEventLoop newChild(
      Executor executor, IoHandlerFactory ioHandler, Object... arguments) {
    return new SingleThreadIoEventLoop(this, executor, ioHandler) {
      @Override
      protected boolean isSuspensionSupported() {
        return false;
      }
    };
  }
}
