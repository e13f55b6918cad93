/** The environment of build tools: the caller's search path with the system's folders, which an ordinary user's may lack, and proxies. */
export function toolEnv(): NodeJS.ProcessEnv {
  const { PATH = "", HOME = "/", http_proxy, https_proxy, no_proxy, TMPDIR } = process.env;
  return {
    PATH: `${PATH}:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME,
    LC_ALL: "C",
    http_proxy,
    https_proxy,
    no_proxy,
    TMPDIR,
  };
}
