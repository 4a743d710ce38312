/** Looks for a QR code through the camera. */
import decodeQR from 'qr/decode.js';
import { useEffect, useRef, useState } from 'react';

const LOOK_EVERY_MS = 200;

export function Scanner({ onFound }: { onFound(text: string): void }) {
  const video = useRef<HTMLVideoElement>(null);
  const found = useRef(onFound);
  found.current = onFound;
  const [trouble, setTrouble] = useState('');

  useEffect(() => {
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    let ended = false;
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d', { willReadFrequently: true });

    function look(): void {
      const { current } = video;
      if (!current?.videoWidth || !context) return;
      canvas.width = current.videoWidth;
      canvas.height = current.videoHeight;
      context.drawImage(current, 0, 0);
      const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
      try {
        const text = decodeQR({ data, width, height });
        clearInterval(timer);
        found.current(String(text));
      } catch {
        // No code in this picture.
      }
    }

    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: 'environment' } })
      .then(async (camera) => {
        stream = camera;
        if (ended || !video.current) return stop();
        video.current.srcObject = camera;
        await video.current.play();
        timer = setInterval(look, LOOK_EVERY_MS);
      })
      .catch(() =>
        setTrouble('The camera can not be used. Paste the link or type the code instead.'),
      );

    function stop(): void {
      ended = true;
      clearInterval(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    }
    return stop;
  }, []);

  if (trouble) return <p role="alert">{trouble}</p>;
  return (
    <>
      <video ref={video} className="camera" muted playsInline aria-label="Camera" />
      <p className="quiet">Point the camera at the QR code.</p>
    </>
  );
}
