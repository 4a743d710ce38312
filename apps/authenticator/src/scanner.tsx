/** Looks for QR codes through the camera, until it is closed. */
import decodeQR from 'qr/decode.js';
import { useEffect, useRef, useState } from 'react';

const LOOK_EVERY_MS = 200;

/** Why there is no picture. */
function wordsOfCamera(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') {
    return "The camera is not allowed for this page. Allow it in the browser's settings and try again, or paste the link below.";
  }
  if (name === 'NotFoundError') return 'There is no camera. Paste the link or type the code below.';
  return 'The camera can not be used now. Try again, or paste the link below.';
}

/** What is in the picture; undefined: no code. */
function codeIn(video: HTMLVideoElement, canvas: HTMLCanvasElement): string | undefined {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!video.videoWidth || !context) return undefined;
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  context.drawImage(video, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
  try {
    return String(decodeQR({ data, width, height }));
  } catch {
    return undefined;
  }
}

export interface ScannerProps {
  /** Once for each code that differs from the one before. */
  onFound(text: string): void;
  /** There is no picture. */
  onTrouble(): void;
  onClose(): void;
}

export function Scanner({ onFound, onTrouble, onClose }: ScannerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const found = useRef(onFound);
  found.current = onFound;
  const [trouble, setTrouble] = useState('');
  const [tries, setTries] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another try opens the camera anew.
  useEffect(() => {
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setInterval> | undefined;
    let ended = false;
    let last: string | undefined;
    const canvas = document.createElement('canvas');

    function look(): void {
      const text = video.current ? codeIn(video.current, canvas) : undefined;
      if (text === undefined || text === last) return;
      last = text;
      found.current(text);
    }

    function stop(): void {
      ended = true;
      clearInterval(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    }

    async function open(): Promise<void> {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      if (ended || !video.current) return stop();
      video.current.srcObject = stream;
      await video.current.play();
      timer = setInterval(look, LOOK_EVERY_MS);
    }

    setTrouble('');
    open().catch((error: unknown) => {
      if (ended) return;
      setTrouble(wordsOfCamera(error));
      onTrouble();
    });
    return stop;
  }, [tries, onTrouble]);

  return (
    <>
      {trouble ? (
        <p role="alert">{trouble}</p>
      ) : (
        <>
          <video ref={video} className="camera" muted playsInline aria-label="Camera" />
          <p className="quiet">Point the camera at the QR code.</p>
        </>
      )}
      <div className="actions">
        {trouble ? (
          <button type="button" className="plain" onClick={() => setTries(tries + 1)}>
            Try the camera again
          </button>
        ) : (
          <button type="button" className="plain" onClick={onClose}>
            Close the camera
          </button>
        )}
      </div>
    </>
  );
}
