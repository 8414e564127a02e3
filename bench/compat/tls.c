/* SPDX-License-Identifier: MIT */
#include "tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 16 * 1024, NAME_LIMIT = 80, NAMES_LIMIT = 160 };

struct tls_trust {
    SSL_CTX *context;
    bool insecure;
};

struct tls {
    const struct tls_trust *trust;
    const char *name;
    SSL *ssl;
    BIO *came, *goes; /* the ssl's */
    bool ready;
    char trouble[TLS_TEXT_LIMIT];
};

struct tls_trust *tls_trust_create(const char *file, bool insecure)
{
    struct tls_trust *trust = calloc(1, sizeof(*trust));
    if (!trust)
        return NULL;
    trust->insecure = insecure;
    trust->context = SSL_CTX_new(TLS_client_method());
    if (trust->context && (file ? SSL_CTX_load_verify_file(trust->context, file)
                                : SSL_CTX_set_default_verify_paths(trust->context)))
        return trust;
    ERR_clear_error();
    tls_trust_destroy(trust);
    return NULL;
}

void tls_trust_destroy(struct tls_trust *trust)
{
    if (trust)
        SSL_CTX_free(trust->context);
    free(trust);
}

/* A number has no SNI (RFC 6066, 3), and is looked for among the certificate's numbers. */
static bool expect_name(SSL *ssl, const char *name)
{
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name))
        return true;
    ERR_clear_error();
    return SSL_set_tlsext_host_name(ssl, name) && SSL_set1_host(ssl, name);
}

struct tls *tls_create(const struct tls_trust *trust, const char *name)
{
    static const unsigned char protocols[] = "\x08http/1.1";
    struct tls *tls = calloc(1, sizeof(*tls));
    if (!tls)
        return NULL;
    *tls = (struct tls){.trust = trust, .name = name, .ssl = SSL_new(trust->context)};
    tls->came = BIO_new(BIO_s_mem());
    tls->goes = BIO_new(BIO_s_mem());
    if (!tls->ssl || !tls->came || !tls->goes) {
        BIO_free(tls->came);
        BIO_free(tls->goes);
        tls_destroy(tls);
        return NULL;
    }
    SSL_set_bio(tls->ssl, tls->came, tls->goes);
    SSL_set_connect_state(tls->ssl);
    if (expect_name(tls->ssl, name) &&
        SSL_set_alpn_protos(tls->ssl, protocols, sizeof(protocols) - 1) == 0)
        return tls;
    tls_destroy(tls);
    return NULL;
}

void tls_destroy(struct tls *tls)
{
    if (tls)
        SSL_free(tls->ssl);
    free(tls);
}

bool tls_is_ready(const struct tls *tls)
{
    return tls->ready;
}

const char *tls_trouble(const struct tls *tls)
{
    return tls->trouble;
}

/* ---- who it is --------------------------------------------------------------------------- */

/* What a stranger wrote, fit to be printed. */
static void tame(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == '\x7f')
            *text = '?';
}

/* Its common name, or its organisation. */
static void tell_name(const X509_NAME *name, char ret[NAME_LIMIT])
{
    if (X509_NAME_get_text_by_NID(name, NID_commonName, ret, NAME_LIMIT) <= 0 &&
        X509_NAME_get_text_by_NID(name, NID_organizationName, ret, NAME_LIMIT) <= 0)
        snprintf(ret, NAME_LIMIT, "nobody named");
    tame(ret);
}

/* The hosts that it is for. */
static void tell_hosts(const X509 *certificate, char ret[NAMES_LIMIT])
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    size_t len = 0;
    ret[0] = '\0';
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && len < NAMES_LIMIT; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            len += (size_t)snprintf(ret + len, NAMES_LIMIT - len, "%s%.*s", len ? ", " : "",
                                    ASN1_STRING_length(name->d.dNSName),
                                    (const char *)ASN1_STRING_get0_data(name->d.dNSName));
    }
    GENERAL_NAMES_free(names);
    if (len == 0)
        snprintf(ret, NAMES_LIMIT, "no host name");
    tame(ret);
}

static void tell_time(const ASN1_TIME *when, char ret[NAME_LIMIT])
{
    BIO *text = BIO_new(BIO_s_mem());
    int len = text && ASN1_TIME_print(text, when) ? BIO_read(text, ret, NAME_LIMIT - 1) : 0;
    ret[len > 0 ? len : 0] = '\0';
    BIO_free(text);
}

void tls_tell(const struct tls *tls, char ret[TLS_TEXT_LIMIT])
{
    const X509 *certificate = SSL_get0_peer_certificate(tls->ssl);
    char whose[NAME_LIMIT] = "", issuer[NAME_LIMIT] = "";
    if (certificate) {
        tell_name(X509_get_subject_name(certificate), whose);
        tell_name(X509_get_issuer_name(certificate), issuer);
    }
    snprintf(ret, TLS_TEXT_LIMIT, "%s, a certificate of '%s' issued by '%s'%s",
             SSL_get_version(tls->ssl), whose, issuer,
             SSL_get_verify_result(tls->ssl) == X509_V_OK ? "" : " (not believed: --insecure)");
}

/* ---- what is wrong ----------------------------------------------------------------------- */

static void tell_bad_certificate(struct tls *tls, const X509 *certificate, long result)
{
    char issuer[NAME_LIMIT], hosts[NAMES_LIMIT], when[NAME_LIMIT];
    tell_name(X509_get_issuer_name(certificate), issuer);
    switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        tell_hosts(certificate, hosts);
        snprintf(tls->trouble, TLS_TEXT_LIMIT,
                 "the certificate there is not for %s, but for: %s. Ask by such a name (--host "
                 "NAME), have one made for this name, or look all the same with --insecure",
                 tls->name, hosts);
        break;
    case X509_V_ERR_CERT_HAS_EXPIRED:
        tell_time(X509_get0_notAfter(certificate), when);
        snprintf(tls->trouble, TLS_TEXT_LIMIT,
                 "the certificate of %s has expired on %s: renew it, or set this machine's "
                 "clock if that is wrong; --insecure looks all the same",
                 tls->name, when);
        break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        snprintf(tls->trouble, TLS_TEXT_LIMIT,
                 "the certificate of %s was issued by '%s', whom this machine does not "
                 "believe%s. If you do: --cacert FILE with the issuer's certificate (PEM), or "
                 "--insecure. If the server's own is another, somebody on the way opens TLS",
                 tls->name, issuer,
                 result == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ? " (it signed itself)" : "");
        break;
    default:
        snprintf(tls->trouble, TLS_TEXT_LIMIT,
                 "the certificate of %s, issued by '%s', is not good: %s; --insecure looks all "
                 "the same",
                 tls->name, issuer, X509_verify_cert_error_string(result));
        break;
    }
}

static void tell_failure(struct tls *tls)
{
    unsigned long error = ERR_get_error();
    const char *text = ERR_reason_error_string(error);
    switch (ERR_GET_REASON(error)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTP_REQUEST:
        snprintf(tls->trouble, TLS_TEXT_LIMIT,
                 "no TLS is spoken there: is this the right port, or is it http:// and ws://?");
        break;
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
        snprintf(tls->trouble, TLS_TEXT_LIMIT,
                 "no site of the name %s is served there: ask by another (--host NAME)",
                 tls->name);
        break;
    default:
        snprintf(tls->trouble, TLS_TEXT_LIMIT,
                 "TLS was not agreed on with %s: %s (openssl s_client -connect shows more)",
                 tls->name, text ? text : "the reason is not known");
        break;
    }
    ERR_clear_error();
}

/* ---- bytes ------------------------------------------------------------------------------- */

/* The library goes on whatever it thinks of the certificate, so that it can be told what is
 * wrong with it; nothing but the handshake has been sent by now. */
static bool believes(struct tls *tls)
{
    const X509 *certificate = SSL_get0_peer_certificate(tls->ssl);
    long result = SSL_get_verify_result(tls->ssl);
    if (certificate && (tls->trust->insecure || result == X509_V_OK))
        return true;
    if (certificate)
        tell_bad_certificate(tls, certificate, result);
    else
        snprintf(tls->trouble, TLS_TEXT_LIMIT, "%s shows no certificate", tls->name);
    return false;
}

/* The outcome of a call: 0, or an end. */
static int end_of(struct tls *tls, int result)
{
    switch (SSL_get_error(tls->ssl, result)) {
    case SSL_ERROR_NONE:
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return 0;
    case SSL_ERROR_ZERO_RETURN:
        return -EPIPE;
    default:
        tell_failure(tls);
        return -EPROTO;
    }
}

static int shake_hands(struct tls *tls)
{
    if (tls->ready || tls->trouble[0])
        return tls->ready ? 0 : -EPROTO;
    ERR_clear_error();
    int result = SSL_do_handshake(tls->ssl);
    if (result != 1)
        return end_of(tls, result);
    tls->ready = believes(tls);
    return tls->ready ? 0 : -EPROTO;
}

int tls_open(struct tls *tls, struct slice sealed, struct builder *in)
{
    if (BIO_write(tls->came, sealed.at, (int)sealed.len) != (int)sealed.len)
        return -ENOMEM;
    int end = shake_hands(tls);
    while (end == 0 && tls->ready) {
        char *room = builder_reserve(in, PIECE);
        if (!room)
            return -ENOMEM;
        ERR_clear_error();
        int got = SSL_read(tls->ssl, room, PIECE);
        if (got <= 0)
            return end_of(tls, got);
        builder_claim(in, (size_t)got);
    }
    return end;
}

int tls_seal(struct tls *tls, struct builder *out, struct builder *wire)
{
    struct slice plain = builder_slice(out);
    char *sealed;
    int end = shake_hands(tls);
    if (end == 0 && tls->ready && plain.len > 0) {
        ERR_clear_error();
        end = end_of(tls, SSL_write(tls->ssl, plain.at, (int)plain.len));
        builder_truncate(out, 0);
    }
    long len = BIO_get_mem_data(tls->goes, &sealed);
    if (len > 0)
        builder_add(wire, sealed, (size_t)len);
    (void)BIO_reset(tls->goes);
    return end;
}
