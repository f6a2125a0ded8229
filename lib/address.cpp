/* SPDX-License-Identifier: MIT */
#include <gpiohub/address.hpp>

#include "sockets.hpp"

#include <gpiohub/tls.hpp>
#include <gpiohub/wire.hpp>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace gpiohub
{

namespace
{

using std::chrono::milliseconds;

/* getaddrinfo(3) would cut a larger number to 16 bits. */
bool is_port(std::string_view text)
{
	std::uint16_t port = 0;
	const char *end = text.data() + text.size();
	const auto parsed = std::from_chars(text.data(), end, port);
	return parsed.ec == std::errc() && parsed.ptr == end && port != 0;
}

Error cannot_connect(const Address &address, int code)
{
	std::string why = std::strerror(code);
	if (code == ENOENT || code == ECONNREFUSED)
		why = "no daemon listens there: start gpiohubd, or use --device";
	else if (code == EACCES && !address.path.empty())
		why = "this user may not: be in the socket's group (gpio)";
	else if (code == EINPROGRESS || code == EAGAIN)
		why = "no answer";
	return {code, "cannot reach " + address.to_string() + ": " + why};
}

Result<UniqueFd> connect_unix(const Address &address, milliseconds timeout)
{
	sockaddr_un name = {};
	name.sun_family = AF_UNIX;
	if (address.path.size() >= sizeof(name.sun_path))
		return cannot_connect(address, ENAMETOOLONG);
	address.path.copy(name.sun_path, sizeof(name.sun_path) - 1);

	UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
	if (!fd)
		return cannot_connect(address, errno);
	limit_sends(fd.get(), timeout);
	if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&name), sizeof(name)) != 0)
		return cannot_connect(address, errno);
	return fd;
}

Result<UniqueFd> connect_tcp(const Address &address, milliseconds timeout)
{
	addrinfo hints = {};
	hints.ai_socktype = SOCK_STREAM;
	addrinfo *list = nullptr;
	const int failed = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &list);
	if (failed != 0)
		return Error{EHOSTUNREACH,
			"cannot reach " + address.to_string() + ": " + ::gai_strerror(failed)};
	const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);

	int code = EHOSTUNREACH;
	for (const addrinfo *each = list; each != nullptr; each = each->ai_next) {
		UniqueFd fd(::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
		if (!fd) {
			code = errno;
			continue;
		}
		limit_sends(fd.get(), timeout);
		expect_answers(fd.get());
		if (::connect(fd.get(), each->ai_addr, each->ai_addrlen) != 0) {
			code = errno;
			continue;
		}
		const int on = 1; /* commands are small and waited for */
		::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		return fd;
	}
	return cannot_connect(address, code);
}

} // namespace

Result<Address> Address::parse(std::string_view text)
{
	const Error wrong = {EINVAL,
		"\"" + std::string(text) +
			"\" is no address: write unix:/path, tcp:host:port or tls:host:port"};

	/* The system would take what is before it for all. */
	if (text.find('\0') != std::string_view::npos)
		return wrong;
	if (text.starts_with("/"))
		return Address{std::string(text), {}, {}};
	if (text.starts_with("unix:") && text.size() > 5)
		return Address{std::string(text.substr(5)), {}, {}};
	const bool is_tls = text.starts_with("tls:");
	if (!is_tls && !text.starts_with("tcp:"))
		return wrong;
	text.remove_prefix(4);

	Address address = {{}, {},
		std::to_string(is_tls ? wire::kDefaultTlsPort : wire::kDefaultPort), is_tls};
	std::string_view rest;
	if (text.starts_with("[")) {
		const std::size_t end = text.find(']');
		if (end == std::string_view::npos)
			return wrong;
		address.host = text.substr(1, end - 1);
		rest = text.substr(end + 1);
	} else {
		const std::size_t colon = text.find(':');
		address.host = text.substr(0, colon);
		rest = colon == std::string_view::npos ? "" : text.substr(colon);
	}
	if (!rest.empty() && (!rest.starts_with(":") || rest.size() == 1))
		return wrong;
	if (!rest.empty())
		address.port = rest.substr(1);
	if (address.host.empty() || address.host.find_first_of("[]") != std::string::npos)
		return wrong;
	if (!is_port(address.port))
		return Error{EINVAL,
			"\"" + address.port + "\" is no port: write a number from 1 to 65535"};
	return address;
}

Address Address::local()
{
	return {std::string(wire::kDefaultSocket), {}, {}};
}

std::string Address::to_string() const
{
	if (!path.empty())
		return "unix:" + path;
	const bool brackets = host.find(':') != std::string::npos;
	return std::string(is_tls ? "tls:" : "tcp:") + (brackets ? "[" + host + "]" : host) + ":" +
		port;
}

Result<UniqueFd> connect_to(const Address &address, milliseconds timeout)
{
	if (!address.path.empty())
		return connect_unix(address, timeout);
	auto network = connect_tcp(address, timeout);
	if (!network || !address.is_tls)
		return network;
	return tls_connect(*std::move(network), address.host, address.authorities, timeout);
}

} // namespace gpiohub
