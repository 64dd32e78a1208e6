#ifndef STRIPE_MIRAKL_CCURL_SHIM_H
#define STRIPE_MIRAKL_CCURL_SHIM_H
// Swift imports neither variadic functions nor the macros that wrap them, so each argument type
// that curl_easy_setopt and curl_easy_getinfo take gets a function of its own.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

typedef size_t (*ccurl_sink)(char *bytes, size_t size, size_t count, void *context);

typedef int (*ccurl_prerequest)(void *context, char *remote, char *local, int remote_port,
                                int local_port);

static inline CURLcode ccurl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

// The text is copied by libcurl, except for CURLOPT_POSTFIELDS.
static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_context(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_sink(CURL *handle, CURLoption option, ccurl_sink value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_prerequest(CURL *handle, ccurl_prerequest value) {
  return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, value);
}

typedef int (*ccurl_progress)(void *context, curl_off_t download_total, curl_off_t downloaded,
                              curl_off_t upload_total, curl_off_t uploaded);

static inline CURLcode ccurl_set_progress(CURL *handle, ccurl_progress value) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, value);
}

// A body of `count` bytes, copied; zero bytes may be among them.
static inline CURLcode ccurl_set_body(CURL *handle, const void *bytes, curl_off_t count) {
  CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, count);
  return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes);
}

static inline long ccurl_get_long(CURL *handle, CURLINFO info) {
  long value = 0;
  return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}
#endif
