package dev.heimdall.directory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Sockets that look whether a certificate is the server's whose name was asked for (RFC 4513,
 * 3.1.3), in the handshake: the library's own check passes this machine over.
 */
final class IdentifyingSockets extends SSLSocketFactory {
  private final SSLSocketFactory sockets;

  IdentifyingSockets(SSLSocketFactory sockets) {
    this.sockets = sockets;
  }

  private static Socket identifying(Socket made) {
    SSLSocket socket = (SSLSocket) made;
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("LDAPS");
    socket.setSSLParameters(parameters);
    return socket;
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return sockets.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return sockets.getSupportedCipherSuites();
  }

  @Override
  public Socket createSocket() throws IOException {
    return identifying(sockets.createSocket());
  }

  @Override
  public Socket createSocket(Socket connected, String host, int port, boolean closes)
      throws IOException {
    return identifying(sockets.createSocket(connected, host, port, closes));
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return identifying(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return identifying(sockets.createSocket(host, port, local, localPort));
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return identifying(sockets.createSocket(host, port));
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return identifying(sockets.createSocket(host, port, local, localPort));
  }
}
