package dev.heimdall.test.secure;

/** TLS towards the server, by BoringSSL where the machine has it. */
class ServerTlsIT extends ServerTlsContract {
  @Override
  int port(String vdb) {
    return node().node().port(vdb);
  }
}
