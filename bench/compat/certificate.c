/* SPDX-License-Identifier: MIT */
#include "certificate.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>

enum { VALID_S = 24 * 3600 };

/* NULL: out of memory. */
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    if (!certificate)
        return NULL;
    X509_NAME *name = X509_get_subject_name(certificate);
    bool good = ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) &&
                X509_gmtime_adj(X509_getm_notBefore(certificate), 0) &&
                X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_S) &&
                X509_set_pubkey(certificate, key) &&
                X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                           (const unsigned char *)"localhost", -1, -1, 0) &&
                X509_set_issuer_name(certificate, name) &&
                X509_sign(certificate, key, EVP_sha256()) > 0;
    if (good)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static FILE *open_in(const char *folder, const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return fopen(path, "we");
}

bool certificate_write(const char *folder)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = key ? make_certificate(key) : NULL;
    FILE *key_file = certificate ? open_in(folder, "key.pem") : NULL;
    FILE *file = certificate ? open_in(folder, "cert.pem") : NULL;
    bool good = key_file && file &&
                PEM_write_PrivateKey(key_file, key, NULL, NULL, 0, NULL, NULL) &&
                PEM_write_X509(file, certificate);
    if (key_file)
        good = fclose(key_file) == 0 && good;
    if (file)
        good = fclose(file) == 0 && good;
    X509_free(certificate);
    EVP_PKEY_free(key);
    if (!good)
        fprintf(stderr, "pushbench compat: no certificate could be made in %s\n", folder);
    return good;
}
