package dev.lockstep.rollout;

import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.fabric8.mockwebserver.http.Response;
import io.fabric8.mockwebserver.http.WebSocket;
import io.fabric8.mockwebserver.http.WebSocketListener;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** An API server's answers, with what goes wrong with API servers: on the outside, all is as it was. */
final class Moods extends KubernetesMixedDispatcher {
    private volatile boolean mute;
    private volatile int refusal;
    private volatile Duration delay = Duration.ZERO;
    private final AtomicInteger gone = new AtomicInteger();
    private final Set<WebSocket> watches = ConcurrentHashMap.newKeySet();
    private final AtomicInteger lists = new AtomicInteger();

    Moods(Map<ServerRequest, Queue<ServerResponse>> responses) {
        super(responses);
    }

    /** One that knows nothing, and begins to count versions anew. */
    static Moods fresh() {
        return new Moods(new ConcurrentHashMap<>());
    }

    /** Watches stay open and bring nothing any more, new ones neither; lists are answered. */
    void mute(boolean now) {
        mute = now;
    }

    /** Every request is answered with this status; 0 for none. */
    void refuse(int status) {
        refusal = status;
    }

    /** Every answer to a list takes this long. */
    void slow(Duration now) {
        delay = now;
    }

    /** So many of the next lists that go on from a page are told that their snapshot is gone. */
    void forgetPages(int times) {
        gone.set(times);
    }

    /** Tells every watch that the version it goes on from is too old to be known, as a server does after a compaction. */
    void expireWatches() {
        watches.forEach(socket -> socket.send("{\"type\": \"ERROR\", \"object\": " + failure(410, "Expired") + "}"));
    }

    /** How many lists have been asked for. */
    int lists() {
        return lists.get();
    }

    @Override
    public MockResponse dispatch(RecordedRequest request) {
        if (refusal != 0) {
            return status(refusal, "Forbidden");
        }
        if (request.getPath().contains("watch=true")) {
            MockResponse response = super.dispatch(request);
            WebSocketListener listener = response.getWebSocketListener();
            return listener == null ? response : response.withWebSocketUpgrade(new Muted(listener));
        }
        lists.incrementAndGet();
        if (request.getPath().contains("continue=") && gone.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return status(410, "Expired");
        }
        MockResponse response = super.dispatch(request);
        return delay.isZero() ? response : response.setBodyDelay(delay);
    }

    private static MockResponse status(int code, String reason) {
        return new MockResponse().setResponseCode(code).setBody(failure(code, reason));
    }

    private static String failure(int code, String reason) {
        return "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"status\": \"Failure\", \"reason\": \"" + reason
                + "\", \"code\": " + code + "}";
    }

    private final class Muted extends WebSocketListener {
        private final WebSocketListener inner;

        Muted(WebSocketListener inner) {
            this.inner = inner;
        }

        @Override
        public void onBeforeAccept(WebSocket socket, Response response) {
            inner.onBeforeAccept(socket, response);
        }

        @Override
        public void onOpen(WebSocket socket, Response response) {
            watches.add(socket);
            inner.onOpen(new MutedSocket(socket), response);
        }

        @Override
        public void onClosing(WebSocket socket, int code, String reason) {
            watches.remove(socket);
            inner.onClosing(socket, code, reason);
        }

        @Override
        public void onClosed(WebSocket socket, int code, String reason) {
            inner.onClosed(socket, code, reason);
        }

        @Override
        public void onFailure(WebSocket socket, Throwable failure, Response response) {
            watches.remove(socket);
            inner.onFailure(socket, failure, response);
        }
    }

    private final class MutedSocket implements WebSocket {
        private final WebSocket socket;

        MutedSocket(WebSocket socket) {
            this.socket = socket;
        }

        @Override
        public RecordedRequest request() {
            return socket.request();
        }

        @Override
        public boolean send(String text) {
            return mute || socket.send(text);
        }

        @Override
        public boolean send(byte[] bytes) {
            return mute || socket.send(bytes);
        }

        @Override
        public boolean close(int code, String reason) {
            return socket.close(code, reason);
        }
    }
}
