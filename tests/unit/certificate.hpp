/* SPDX-License-Identifier: MIT */
/* A certificate that vouches for itself, with its key, in files that go with it. */
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <unistd.h>

#include <cstdio>
#include <memory>
#include <string>

struct Certificate {
	explicit Certificate(const std::string &names) /* "DNS:board,IP:127.0.0.1" */
	{
		const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(
			EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free);
		const std::unique_ptr<X509, decltype(&X509_free)> x509(X509_new(), X509_free);
		X509_set_version(x509.get(), X509_VERSION_3);
		ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
		X509_gmtime_adj(X509_getm_notBefore(x509.get()), -60);
		X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
		X509_set_pubkey(x509.get(), pair.get());
		X509_NAME *name = X509_get_subject_name(x509.get());
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
			reinterpret_cast<const unsigned char *>("test"), -1, -1, 0);
		X509_set_issuer_name(x509.get(), name);
		X509_EXTENSION *extension =
			X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
		X509_add_ext(x509.get(), extension, -1);
		X509_EXTENSION_free(extension);
		X509_sign(x509.get(), pair.get(), EVP_sha256());

		std::FILE *file = std::fopen(path.c_str(), "w");
		PEM_write_X509(file, x509.get());
		std::fclose(file);
		file = std::fopen(key.c_str(), "w");
		PEM_write_PrivateKey(file, pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
		std::fclose(file);
	}
	Certificate(const Certificate &) = delete;
	Certificate &operator=(const Certificate &) = delete;
	~Certificate()
	{
		::unlink(path.c_str());
		::unlink(key.c_str());
	}

	static std::string unique()
	{
		static int count = 0;
		return "/tmp/gpiohub-test-" + std::to_string(::getpid()) + "-" +
			std::to_string(count++);
	}

	std::string stem = unique();
	std::string path = stem + ".pem";
	std::string key = stem + ".key";
};
