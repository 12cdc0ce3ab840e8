// The browser as a telephone: one connection to our own server, G.711 only, no third party. Signalling is one POST.

/** Why a microphone cannot be had, in words that say what to do. */
export function micWords(error) {
  const others = "您也可以打字咨询，或者用电话拨打12345。";
  switch (error?.name) {
    case "NotAllowedError":
    case "SecurityError":
      return `浏览器没有允许使用麦克风。请点地址栏旁边的图标，把“麦克风”改成“允许”，再打一次。${others}`;
    case "NotFoundError":
    case "OverconstrainedError":
      return `没有找到麦克风。请插上耳机或麦克风，再打一次。${others}`;
    case "NotReadableError":
    case "AbortError":
      return `麦克风正被别的程序占用。请关掉正在用麦克风的程序，再打一次。${others}`;
    case "Unsupported":
      return `这个网页不能用麦克风：网址要以 https 开头，浏览器也不能太旧。${others}`;
    default:
      return `麦克风打不开。${others}`;
  }
}

function unsupported() {
  return Object.assign(new Error("no microphone here"), { name: "Unsupported" });
}

/** The microphone, with the browser's own cleaning of the sound. */
export async function microphone() {
  if (!navigator.mediaDevices?.getUserMedia || typeof RTCPeerConnection === "undefined") throw unsupported();
  return navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
  });
}

/** A connection that sends this microphone. `negotiate` takes the offer to the server and gives its answer. */
export async function connect(stream, negotiate, { sound, state }) {
  const peer = new RTCPeerConnection();
  const [track] = stream.getAudioTracks();
  const way = peer.addTransceiver(track, { direction: "sendrecv", streams: [stream] });
  const known = RTCRtpReceiver.getCapabilities?.("audio")?.codecs ?? [];
  const wanted = ["audio/PCMA", "audio/PCMU"].flatMap((kind) => known.filter((codec) => codec.mimeType === kind));
  if (wanted.length && way.setCodecPreferences) way.setCodecPreferences(wanted);
  peer.addEventListener("track", (event) => sound(new MediaStream([event.track])));
  peer.addEventListener("connectionstatechange", () => state(peer.connectionState, peer));
  try {
    await peer.setLocalDescription(await peer.createOffer());
    // The server waits to be found: nothing of ours has to be gathered first.
    const answer = await negotiate(peer.localDescription.sdp);
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
  } catch (error) {
    peer.close();
    throw error;
  }
  return peer;
}
