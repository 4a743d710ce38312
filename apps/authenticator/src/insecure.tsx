/** Over plain http a browser gives a page neither keys nor a camera: nothing here would work. */
export function Insecure() {
  return (
    <main>
      <h1>Authenticator</h1>
      <section className="card" role="alert">
        <h2>This page needs https</h2>
        <p>
          It was opened over <code>http:</code>, and browsers give keys, the camera and
          notifications to secure pages only. Open its <code>https:</code> address, or ask your
          administrator for it.
        </p>
      </section>
    </main>
  );
}
